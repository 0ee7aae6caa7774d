#!/bin/sh
exec node app.js
