// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import DownloadFunction
import Sluice

download().run()
