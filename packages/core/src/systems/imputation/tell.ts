import { ruleTexts } from '../../code/rules/kept-rules.js'
import { listed } from '../../num/listed.js'
import { isEmptyColumn } from '../../table/raw.js'
import { shareText } from '../../tell/numbers.js'
import { explained, facts, type Telling, type Topic, together } from '../../tell/telling.js'
import { ruleFacts } from '../rules/tell-rules.js'
import type { FilledRows } from './fill.js'
import type { ImputationModel } from './model.js'

/** What a model of gaps says; with an answer, what was filled. */
export function tellImputation(model: ImputationModel, answer?: FilledRows): Telling {
  return answer ? together(tellFilled(answer, unfilled(model, answer)), tellModel(model)) : tellModel(model)
}

/** Columns of the rows that have gaps, and no value in any row of the table to fill them from. */
function unfilled({ coding }: ImputationModel, { raw }: FilledRows): string[] {
  const blank = coding.columns.filter(({ carries }) => carries === 'nothing').map(({ name }) => name)
  return raw.columns.filter((column) => blank.includes(column.name) && isEmptyColumn(column)).map(({ name }) => name)
}

function tellFilled({ counts, warnings }: FilledRows, empty: readonly string[]): Telling {
  const gaps = counts.columns.reduce((sum, column) => sum + column.gaps, 0)
  const stay = counts.columns.reduce((sum, column) => sum + column.stay, 0)
  const cells = counts.rows * counts.columns.length
  const rows = counts.columns
    .filter((column) => column.gaps > 0)
    .map((column) => [column.name, column.gaps, column.gaps / counts.rows, column.stay || ''])
  return {
    json: {
      filled: {
        rows: counts.rows,
        gapRows: counts.gapRows,
        cells: gaps,
        stay,
        columns: counts.columns,
        ...(empty.length > 0 ? { empty } : {})
      }
    },
    topics: [
      {
        id: 'filled',
        title: 'Gaps',
        blocks: [
          facts(
            {
              name: 'gaps',
              value: gaps,
              aside: `${shareText(gaps / Math.max(1, cells))} of the cells, in ${counts.gapRows} of ${counts.rows} rows`
            },
            stay > 0 ? { name: 'gaps that stay', value: stay, aside: 'a rule says that the cell is missing' } : undefined,
            empty.length > 0 ? { name: 'left empty', value: listed(empty), aside: 'no row has a value to fill from' } : undefined
          ),
          {
            kind: 'table',
            caption: 'Gaps by column, and how many of them stay since a rule says that the cell is missing.',
            head: ['column', 'gaps#', 'share of rows#', 'stay#'],
            rows
          }
        ]
      }
    ],
    warnings,
    notes: []
  }
}

function tellModel({ summary, rules }: ImputationModel): Telling {
  const { epsilon, ridge, donorCount, rowCount, masking, notes } = summary
  const texts = rules ? ruleTexts(rules) : []
  return {
    json: { ...summary, ...(texts.length > 0 ? { rules: texts } : {}) },
    topics: [
      {
        id: 'neighbours',
        title: 'How gaps are filled',
        blocks: [
          explained(
            'Each row is regressed on the rows near it by its known cells, shrunk to the regression on all rows; a draw adds what the regression leaves of one of these rows. Bandwidth and ridge are those with which masked cells were filled best.'
          ),
          facts(
            { name: 'rows that gaps are filled from', value: donorCount, ...(donorCount < rowCount ? { aside: `of ${rowCount}` } : {}) },
            { name: 'bandwidth ε', value: epsilon },
            { name: 'ridge', value: ridge }
          ),
          ...(texts.length > 0 ? [ruleFacts(texts)] : []),
          {
            kind: 'table',
            caption: 'Error of masked cells under each setting, in squared standard deviations.',
            head: ['bandwidth ε', 'ridge#', 'error#', 'chosen'],
            rows: masking.tried.map((one) => [
              String(Number(one.epsilon.toPrecision(4))),
              one.ridge,
              one.error,
              one.epsilon === epsilon && one.ridge === ridge ? 'yes' : ''
            ])
          },
          {
            kind: 'table',
            caption: 'Error of masked cells by column, in standard deviations; 1 is the error of the mean.',
            head: ['column', 'error#', 'masked cells#'],
            rows: masking.columns.map(({ name, error, cells }) => [name, error, cells])
          }
        ]
      } satisfies Topic
    ],
    warnings: [],
    notes
  }
}
