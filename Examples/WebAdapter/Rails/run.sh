#!/bin/sh
exec puma --bind tcp://127.0.0.1:8080 config.ru
