// Handwritten digits as a table, a label and 784 grey values from 0 to 255 a row: digits.csv. And lower-halves.csv: what is
// known of other digits, a column for every pixel of the lower half that ever differs in digits.csv.
// Usage: node examples/digits/write.mjs [how many] [how many halves]      default 5000 10
import { writeFileSync } from 'node:fs'
import { loadDigits } from './digits.mjs'

const [count = 5000, halfCount = 10] = process.argv.slice(2).map(Number)
const grey = (value) => Math.round(255 * value)
const table = (columns, rows) => `${[columns, ...rows].map((cells) => cells.join(',')).join('\n')}\n`
const pixels = Array.from({ length: 784 }, (_, p) => p)

const { rows, labels } = loadDigits(count)
const at = (digits, i, p) => grey(digits.data[i * 784 + p])
const lines = Array.from(labels, (label, i) => [label, ...pixels.map((p) => at(rows, i, p))])
writeFileSync('digits.csv', table(['label', ...pixels.map((p) => `p${p}`)], lines))

const others = loadDigits(halfCount, 500).rows
const known = pixels.filter((p) => p >= 392 && lines.some((line) => line[p + 1] !== lines[0][p + 1]))
const halves = Array.from({ length: halfCount }, (_, i) => known.map((p) => at(others, i, p)))
writeFileSync(
  'lower-halves.csv',
  table(
    known.map((p) => `p${p}`),
    halves
  )
)
