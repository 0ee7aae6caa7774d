// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import CodableTeaFunction
import Sluice

teaHouse.run()
