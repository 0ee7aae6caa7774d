// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// The application behind sluice-adapter: it answers the orders of README.md's handler contract, which come to the path of
// events that are no requests.
package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"time"
)

type order struct {
	Mode  string
	Bytes int
	Chunk int
	GapMs int
}

func answer(response http.ResponseWriter, request *http.Request) {
	work := order{Bytes: 11, Chunk: 11}
	if err := json.NewDecoder(request.Body).Decode(&work); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	if work.Mode == "tiny" {
		response.Write([]byte("hello world"))
		return
	}
	response.Header().Set("Content-Type", "application/octet-stream")
	if work.Chunk < 1 {
		work.Chunk = 1
	}
	piece := bytes.Repeat([]byte("x"), work.Chunk)
	flusher := response.(http.Flusher)
	for left := work.Bytes; left > 0; left -= len(piece) {
		if left < len(piece) {
			piece = piece[:left]
		}
		if _, err := response.Write(piece); err != nil {
			return
		}
		flusher.Flush()
		time.Sleep(time.Duration(work.GapMs) * time.Millisecond)
	}
}

func main() {
	http.HandleFunc("/events", answer)
	if err := http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil); err != nil {
		panic(err)
	}
}
