// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import BackgroundWorkFunction
import Sluice

orders().run()
