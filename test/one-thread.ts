import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'

// Test files run side by side, one a core: what a file computes in its own process takes one thread unless it asks for more.
// Rows do not depend on it; two threads of each of two files would wait for each other.
os.availableParallelism = () => 1
syncBuiltinESMExports()
