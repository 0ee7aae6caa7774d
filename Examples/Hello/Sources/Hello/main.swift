// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import HelloFunction
import Sluice

hello.run()
