<?php
// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

$path = parse_url($_SERVER["REQUEST_URI"], PHP_URL_PATH);
if ($path === "/clock") {
    header("content-type: text/plain");
    while (ob_get_level() > 0) {
        ob_end_flush();
    }
    for ($tick = 1; $tick <= (int) ($_GET["ticks"] ?? 10); $tick++) {
        echo "tick $tick\n";
        flush();
        usleep((int) (1000000 * (float) ($_GET["every"] ?? 1)));
    }
} elseif ($path === "/upload") {
    header("content-type: application/json");
    echo json_encode(["bytes" => strlen(file_get_contents("php://input"))]);
} else {
    header("content-type: application/json");
    echo json_encode(["hello" => $_GET["name"] ?? "world"]);
}
