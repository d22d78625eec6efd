import { keyFor } from 'sbridge/kernels'
import { beyond, drawnBehind, shifted, surfaceOf, target } from '../experiments/latent.mjs'
import { rowsOf } from '../experiments/points.mjs'

const JUDGED = 200
const COUNTS = [25, 50, 100, 200]
const CODECS = { 'shifted data': shifted, 'the target’s': target }

export default {
  name: 'latent',
  title: 'A bridge behind a codec that was trained on other data',
  words: [
    'Rows lie near a flat surface of few dimensions in a space of many. A codec, principal components of other, shifted rows on the surface, says where a row is on it; the bridge works there, and the codec takes what it draws back. The distance to fresh rows falls with the number of rows, and how fast depends on the dimension of the surface, not on that of the space.',
    'The bound that is proved for its fall is a slow one: the grey line.'
  ],
  command: 'node bench/papers/latent.mjs',
  settings: [
    { name: 'dimension', label: 'd*, latent dimensions', values: [1, 2, 4], default: 2 },
    { name: 'ambient', label: 'D, ambient dimensions', values: [10, 30, 100], default: 30 },
    { name: 'rows', label: 'n, rows that are shown', values: COUNTS, default: 100 },
    { name: 'codec', label: 'codec trained on', values: Object.keys(CODECS), default: 'shifted data' }
  ],
  async run({ dimension, ambient, rows, codec }, { engine, key }) {
    const surface = await surfaceOf({ d: dimension, D: ambient, pretraining: CODECS[codec], key: keyFor(key, `${dimension} ${ambient}`) })
    // More rows have the fewer among them, so that the line is not of chance alone.
    const found = []
    for (const n of COUNTS) found.push(await drawnBehind(surface, { n, judged: JUDGED, key: keyFor(key, 'drawn'), engine }))
    const { drawn, fresh, squared, floor } = found[COUNTS.indexOf(rows)]
    const bound = -1 / (6 * (dimension + 3))
    const lengths = found.map((one) => Math.sqrt(one.squared))
    return {
      panels: [
        {
          title: 'Rows in two of the ambient columns',
          square: true,
          x: {},
          y: {},
          marks: [
            { kind: 'dots', colour: 'rows', points: rowsOf(fresh).map(([x, y]) => [x, y]) },
            { kind: 'dots', colour: 'ours', points: rowsOf(drawn).map(([x, y]) => [x, y]) }
          ],
          key: [
            [`${JUDGED} fresh`, 'rows'],
            [`${JUDGED} drawn from ${rows}`, 'ours']
          ]
        },
        {
          title: 'Wasserstein-2 distance to fresh rows',
          x: { label: 'rows that are learned from', log: true },
          y: { label: 'W2, of finite samples', log: true, domain: [0.05, 1] },
          marks: [
            { kind: 'line', colour: 'rows', points: COUNTS.map((n) => [n, lengths[0] * (n / COUNTS[0]) ** bound]) },
            { kind: 'line', colour: 'ours', points: COUNTS.map((n, k) => [n, lengths[k]]) },
            { kind: 'line', colour: 'other', points: COUNTS.map((n, k) => [n, Math.sqrt(found[k].floor)]) }
          ],
          key: [
            ['bound’s slope', 'rows'],
            ['drawn', 'ours'],
            ['other fresh rows', 'other']
          ]
        }
      ],
      numbers: [
        { name: `W2 of ${JUDGED} drawn rows to ${JUDGED} fresh ones`, value: Math.sqrt(squared) },
        { name: 'of as many other fresh rows', value: Math.sqrt(floor) },
        { name: 'beyond that', value: beyond([{ squared, floor }]) },
        { name: 'exponent of the bound', value: bound }
      ]
    }
  }
}
