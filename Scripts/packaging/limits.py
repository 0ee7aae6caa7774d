# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""What Lambda takes: its quotas, and what the operating system of provided.al2023 has."""

# Lambda Developer Guide, "Lambda quotas": deployment package, zipped, for direct upload. Larger ones go through S3.
UPLOAD_BYTES = 50 * 1024 * 1024
# The same page: deployment package, unzipped, with layers.
UNZIPPED_BYTES = 250 * 1024 * 1024
# CreateFunction, FunctionName: letters, digits, hyphens and underscores.
FUNCTION_NAME = r"[A-Za-z0-9_-]{1,64}"

# ELF's e_machine, and what Lambda calls it.
ARCHITECTURES = {62: "x86_64", 183: "arm64"}

# The newest symbols of Amazon Linux 2023: glibc 2.34, and libstdc++ and libgcc of GCC 11.
NEWEST_SYMBOLS = {
    "GLIBC": (2, 34),
    "GLIBCXX": (3, 4, 29),
    "CXXABI": (1, 3, 13),
    "GCC": (11, 0),
}

# What provided.al2023 has in its library folder, of what a Swift program may ask for.
LIBRARIES = {
    "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6",
    # Part of libc since glibc 2.34, and there for programs that were built before.
    "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1", "libresolv.so.2",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}
