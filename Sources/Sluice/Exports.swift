// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// What the public API is made of: a function that imports Sluice can name its fields, statuses and buffers.
@_exported public import HTTPTypes

@_exported public import struct Logging.Logger
@_exported public import struct NIOCore.ByteBuffer
