// m(x), the conditional mean that the sampler moves by, is the read-out of a softmax attention head; localised, of d heads.
import { bridgeOf, cloud, gaussianKernel, keyFor, symmetricScaling } from 'sbridge/kernels'
import { columnsOf, digits, experiment, gaussians, list } from './experiment.mjs'
import { attentionHead, headOfBridge } from './experiments/attention-head.mjs'

const EPSILONS = [0.05, 0.5, 5]
const RADIUS = 1

const largest = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0)

async function meanOf(training, queries, { values, epsilon, engine }) {
  const kernel = gaussianKernel(epsilon)
  const { potentials } = await symmetricScaling({ cloud: training, kernel, engine })
  const bridge = await bridgeOf(training, potentials, { kind: 'fixed', epsilon }, engine)
  const mean = await engine.mean({ from: cloud(queries), to: training, kernel }, bridge.logTerms, values)
  const head = headOfBridge({ keys: training.points, logTerms: bridge.logTerms, epsilon })
  return { mean, read: attentionHead({ ...head, values }, queries) }
}

await experiment({
  name: 'attention',
  title: 'Attention: m(x) is a softmax attention head',
  paper: 'GR',
  async run({ full, engine, key }) {
    const [count, columns, asked] = full ? [2000, 20, 500] : [500, 8, 200]
    const rows = gaussians(count, columns, keyFor(key, 'rows'))
    const queries = gaussians(asked, columns, keyFor(key, 'queries'))
    const table = []
    let [one, many] = [0, 0]
    for (const epsilon of EPSILONS) {
      const { mean, read } = await meanOf(cloud(rows), queries, { values: rows, epsilon, engine })
      const single = largest(mean.data, read.data)
      let heads = 0
      for (let a = 0; a < columns; a++) {
        const window = list(columns, (b) => b).filter((b) => Math.abs(b - a) <= RADIUS)
        const [own, local, value] = [columnsOf(rows, window), columnsOf(queries, window), columnsOf(rows, [a])]
        const head = await meanOf(cloud(own), local, { values: value, epsilon, engine })
        heads = Math.max(heads, largest(head.mean.data, head.read.data))
      }
      one = Math.max(one, single)
      many = Math.max(many, heads)
      table.push([epsilon, digits(single), digits(heads)])
    }
    return {
      claims: [
        { claim: 'm(x) equals a softmax attention head, to 1e-12', found: `largest difference ${digits(one)}`, met: one <= 1e-12 },
        {
          claim: 'localised, it equals d heads, one a coordinate, to 1e-12',
          found: `largest difference ${digits(many)}`,
          met: many <= 1e-12
        }
      ],
      tables: [
        {
          title: `${count} rows, ${columns} columns, ${asked} queries; largest difference, of numbers of about 1`,
          head: ['ε', 'one head', `${columns} heads, windows of ${2 * RADIUS + 1}`],
          rows: table
        }
      ]
    }
  }
})
