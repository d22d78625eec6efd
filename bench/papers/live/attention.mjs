import { cloud, gaussianKernel, keyFor, matrix } from 'sbridge/kernels'
import { attentionHead, headOfBridge } from '../experiments/attention-head.mjs'
import { bridgeAt } from '../experiments/chains.mjs'
import { moons } from '../experiments/laws.mjs'
import { list, rowsOf } from '../experiments/points.mjs'
import { ROWS } from './settings.mjs'

const VIEW = 2.4
const GRID = 15

const largest = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0)

export default {
  name: 'attention',
  title: 'The mean is an attention head',
  words: [
    'The mean of the rows near x, weighted by the bridge, is what a softmax attention head reads out: x is the query, rows are keys and values, their potentials a mask. The picture has the weights of one query as the sizes of the rows, and where the mean takes every point of a grid.',
    'The same numbers are computed twice, by the sampler and by scaled dot-product attention as it is written everywhere.'
  ],
  command: 'node bench/papers/attention.mjs',
  settings: [
    { name: 'epsilon', label: 'ε, temperature', values: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2], default: 0.1 },
    { name: 'across', label: 'query, first coordinate', values: list(17, (k) => (k - 8) / 4), default: 0.5 },
    { name: 'up', label: 'query, second coordinate', values: list(17, (k) => (k - 8) / 4), default: 0.25 },
    ROWS
  ],
  async run({ epsilon, across, up, rows: count }, { engine, key }) {
    const rows = moons(count, keyFor(key, 'rows'))
    const bridge = await bridgeAt(rows, epsilon, engine)
    const places = [
      [across, up],
      ...list(GRID * GRID, (k) => [((k % GRID) / (GRID - 1) - 0.5) * 2 * VIEW, (Math.floor(k / GRID) / (GRID - 1) - 0.5) * 2 * VIEW])
    ]
    const queries = matrix(places.length, 2, Float64Array.from(places.flat()))
    const from = { from: cloud(queries), to: bridge.training, kernel: gaussianKernel(epsilon) }
    const means = await engine.mean(from, bridge.logTerms, rows)
    const head = headOfBridge({ keys: rows, logTerms: bridge.logTerms, epsilon })
    const read = attentionHead({ ...head, values: rows }, queries)
    // Weights are what the head reads out where the values are those of an identity matrix.
    const identity = matrix(
      count,
      count,
      Float64Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0))
    )
    const { data: weights } = attentionHead({ ...head, values: identity }, matrix(1, 2, Float64Array.of(across, up)))
    const ends = rowsOf(means)
    const sum = weights.reduce((total, w) => total + w * w, 0)
    const frame = { square: true, x: { domain: [-VIEW, VIEW] }, y: { domain: [-VIEW, VIEW] } }
    return {
      panels: [
        {
          title: 'Weights of one query',
          ...frame,
          marks: [
            { kind: 'dots', colour: 'rows', points: rowsOf(rows) },
            { kind: 'dots', colour: 'ours', points: rowsOf(rows), sizes: Array.from(weights, (w) => 14 * Math.sqrt(w)) },
            { kind: 'line', colour: 'other', points: [[across, up], ends[0]] },
            { kind: 'crosses', colour: 'other', points: [[across, up]] }
          ],
          key: [
            ['rows, as large as their weight', 'ours'],
            ['query, and where the mean takes it', 'other']
          ]
        },
        {
          title: 'Where the mean takes every point',
          ...frame,
          marks: [
            { kind: 'dots', colour: 'rows', points: rowsOf(rows) },
            ...places.slice(1).map((place, k) => ({ kind: 'line', colour: 'ours', thin: true, points: [place, ends[k + 1]] })),
            { kind: 'dots', colour: 'ours', points: ends.slice(1) }
          ],
          key: [
            ['training rows', 'rows'],
            ['mean', 'ours']
          ]
        }
      ],
      numbers: [
        { name: 'largest difference between sampler and attention head', value: largest(means.data, read.data), least: 1e-12 },
        { name: 'rows that the query attends to (1 / Σ w²)', value: 1 / sum },
        { name: 'mean, first coordinate', value: ends[0][0] },
        { name: 'mean, second coordinate', value: ends[0][1] }
      ]
    }
  }
}
