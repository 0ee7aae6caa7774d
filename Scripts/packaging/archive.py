# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""The zip. The same files give the same bytes, so that a deployment that changes nothing is seen to."""
import os
import stat
import zipfile

from . import Refusal, limits

# The first moment that a zip can name.
TIME = (1980, 1, 1, 0, 0, 0)


def files_below(path, name=None):
    """A file, or all files of a folder, as (name in the zip, path), in the order of their names."""
    name = name or os.path.basename(os.path.abspath(path))
    if not os.path.exists(path):
        raise Refusal(f"--include {path}: there is no such file or folder")
    if not os.path.isdir(path):
        return [(name, path)]
    found = []
    for folder, _, names in os.walk(path):
        for file in names:
            whole = os.path.join(folder, file)
            found.append((name + "/" + os.path.relpath(whole, path).replace(os.sep, "/"), whole))
    return sorted(found)


def write(path, programs, files):
    """Writes the zip: `programs` as {name: bytes}, which may be executed, and `files` as (name, path)."""
    names = [*sorted(programs), *(name for name, _ in files)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise Refusal(f"two files would be {twice} in the zip: rename one")
    total = sum(map(len, programs.values())) + sum(os.path.getsize(source) for _, source in files)
    if total > limits.UNZIPPED_BYTES:
        raise Refusal(
            f"the files have {total:,} bytes, and Lambda unpacks at most {limits.UNZIPPED_BYTES:,} (250 MB): "
            "include less, or read it from S3 when the function starts"
        )
    entries = [(name, data, 0o755) for name, data in sorted(programs.items())]
    for name, source in files:
        with open(source, "rb") as file:
            entries.append((name, file.read(), 0o755 if os.access(source, os.X_OK) else 0o644))
    temporary = path + ".new"
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name, TIME)
            info.create_system = 3  # Unix, whose modes these are, wherever it is written
            info.external_attr = (stat.S_IFREG | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    size = os.path.getsize(temporary)
    if size > limits.UPLOAD_BYTES:
        os.remove(temporary)
        raise Refusal(
            f"the zip has {size:,} bytes, and Lambda takes uploads of at most {limits.UPLOAD_BYTES:,} (50 MB): "
            "include less, or read it from S3 when the function starts"
        )
    os.replace(temporary, path)
    return size
