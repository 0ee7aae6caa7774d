// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// Swift's `Collection.split(separator:maxSplits:omittingEmptySubsequences:)` for a separator that is a collection, by its
// mangled name, as another name of the method in Sluice's CollectionSplit.swift, which says why. The mangled name has the
// whole signature in it, so that one which changes no longer meets this one. Weak, so that the standard library's is taken
// where it is linked for something else; hidden, so that no shared library meets this one.
#if defined(__linux__)

#define SPLIT                                                                                                         \
    "\"$sSl17_StringProcessingSQ7ElementRpzrlE5split9separator9maxSplits25omittingEmptySubsequencesSay11SubSequenceQz" \
    "Gqd___SiSbtSlRd__ABQyd__ACRSlF\""

#if defined(__x86_64__)
#define JUMP "jmp"
#elif defined(__aarch64__)
#define JUMP "b"
#endif

#ifdef JUMP
__asm__(".text\n"
        ".weak " SPLIT "\n"
        ".hidden " SPLIT "\n"
        ".type " SPLIT ", @function\n" SPLIT ":\n"
        "    " JUMP " sluice_collection_split\n"
        ".section .note.GNU-stack,\"\",@progbits\n");
#endif

#endif
