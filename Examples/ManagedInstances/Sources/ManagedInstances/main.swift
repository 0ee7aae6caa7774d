// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import ManagedInstancesFunction
import Sluice

work().run()
