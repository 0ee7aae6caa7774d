# SPDX-License-Identifier: Apache-2.0
# Copyright the Sluice authors
"""Builds a package's program and strips it."""
import json
import os
import shutil
import subprocess
import tempfile

from . import Refusal

SCRIPTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

# What makes a build one for another system, whose libraries are not this one's.
FOREIGN = {"--swift-sdk", "--experimental-swift-sdk", "--triple", "--destination"}


def run(words, **options):
    try:
        return subprocess.run(words, check=True, text=True, **options)
    except FileNotFoundError as error:
        raise Refusal(f"{words[0]} was not found: it has to be in PATH") from error
    except subprocess.CalledProcessError as error:
        raise Refusal(f"{' '.join(words)}: ended with code {error.returncode}") from error


def product(folder, name=None):
    """The package's only executable product, or the one that is named."""
    described = run(["swift", "package", "--package-path", folder, "describe", "--type", "json"], stdout=subprocess.PIPE)
    package = json.loads(described.stdout)
    names = [item["name"] for item in package["products"] if "executable" in item["type"]]
    if name in names or (name is None and len(names) == 1):
        return name or names[0]
    found = ", ".join(sorted(names)) or "none"
    if name is None:
        raise Refusal(f"{folder} has several executable products, or none ({found}): say which: --product NAME")
    raise Refusal(f"{folder} has no executable product {name}; it has: {found}")


def flags(more, options):
    """Those of Scripts/lambda-flags, which says why each is there; for another system, those that hold for all of them."""
    is_foreign = any(word.partition("=")[0] in FOREIGN for word in more)
    words = [os.path.join(SCRIPTS, "lambda-flags"), *options, *(["--another-system"] if is_foreign else [])]
    return run(words, stdout=subprocess.PIPE).stdout.split()


def executable(folder, name, more, is_built, options=()):
    """Builds the product, unless it is built, and returns its path. The options are those of Scripts/lambda-flags."""
    words = ["swift", "build", "--package-path", folder, "-c", "release", *flags(more, options), "--product", name, *more]
    if not is_built:
        run(words, stdout=2)  # standard output is for the commands
    shown = run([*words, "--show-bin-path"], stdout=subprocess.PIPE)
    path = os.path.join(shown.stdout.strip(), name)
    if not os.path.isfile(path):
        raise Refusal(f"{path} is not there: build it first, without --no-build")
    return path


def stripped(path, keeps_names):
    """Its bytes without what only a debugger reads; the names of functions stay for backtraces."""
    # The toolchain's own, for a program of another machine and on macOS, whose strip knows no ELF.
    swift = shutil.which("swift") or ""
    own = os.path.join(os.path.dirname(os.path.realpath(swift)), "llvm-objcopy")
    tool = next((tool for tool in (shutil.which("llvm-objcopy"), own) if tool and os.path.exists(tool)), None)
    option = "--strip-debug" if keeps_names else "--strip-all"
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "bootstrap")
        run([tool, option, path, target] if tool else ["strip", option, "-o", target, path])
        with open(target, "rb") as file:
            return file.read()
