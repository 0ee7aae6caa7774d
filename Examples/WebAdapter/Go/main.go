// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"
)

func number(request *http.Request, name string, otherwise float64) float64 {
	if value, err := strconv.ParseFloat(request.URL.Query().Get(name), 64); err == nil {
		return value
	}
	return otherwise
}

func main() {
	http.HandleFunc("/clock", func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("content-type", "text/plain")
		every := time.Duration(number(request, "every", 1) * float64(time.Second))
		for tick := 1; tick <= int(number(request, "ticks", 10)); tick++ {
			fmt.Fprintf(response, "tick %d\n", tick)
			response.(http.Flusher).Flush()
			time.Sleep(every)
		}
	})
	http.HandleFunc("/upload", func(response http.ResponseWriter, request *http.Request) {
		bytes, _ := io.Copy(io.Discard, request.Body)
		json.NewEncoder(response).Encode(map[string]int64{"bytes": bytes})
	})
	http.HandleFunc("/", func(response http.ResponseWriter, request *http.Request) {
		name := request.URL.Query().Get("name")
		if name == "" {
			name = "world"
		}
		json.NewEncoder(response).Encode(map[string]string{"hello": name})
	})
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	if err := http.ListenAndServe("127.0.0.1:"+port, nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
