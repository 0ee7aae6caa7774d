// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#if Hummingbird
import Sluice
import SluiceHummingbird

HTTPFunction(Shop.application()).run()
#else
print("built without the trait Hummingbird")
#endif
