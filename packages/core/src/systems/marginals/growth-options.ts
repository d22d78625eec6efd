import type { Field } from '../options/fields.js'

/** Options of growth and fates, each described once. */
export const growthFields: readonly Field[] = [
  {
    name: 'growth',
    kind: 'text',
    unit: 'off|estimate|COLUMN',
    range: 'off, estimate, or a column of numbers of at least 0',
    default: 'off',
    sentence:
      'Whether particles multiply and die between snapshots: off, every snapshot counts as a whole; estimate learns from the snapshots where they do; a column says how many offspring a particle is expected to have in a unit of time, itself counted, from which the snapshots may differ. Paths then carry a weight and a rate of growth.',
    source: 'mathematics.md section 20',
    excludes: [
      {
        but: 'off',
        beside: ['reference=smooth'],
        because: 'brownian, or a reference with a drift: partners by velocity are found among particles that neither multiply nor die'
      }
    ]
  },
  {
    name: 'fates',
    kind: 'text',
    unit: 'COLUMN',
    range: 'a column of labels, filled at the last snapshot',
    default: 'none',
    sentence:
      'Labels of the particles of the last snapshot; paths carry columns fate_LABEL, the share of each label among the expected descendants of a particle there.',
    source: 'mathematics.md section 20'
  }
]
