// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

import Sluice
import TokenStreamFunction

tokenStream.run()
