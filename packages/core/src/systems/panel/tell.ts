import { counted, listed } from '../../num/listed.js'
import { countText } from '../../tell/numbers.js'
import { facts, type Telling } from '../../tell/telling.js'
import { carriedText } from './carried.js'
import { groupSumText } from './group-sums.js'
import type { PanelModel } from './model.js'
import { runningText } from './running.js'

/** What a model of groups says of itself. */
export function tellPanel({ summary, steps, panel }: PanelModel): Telling {
  const { groupCount, constant, varying, time, notes } = summary
  const { factors } = steps.training.encoder
  const laws = steps.categories.length
  const running = (panel.running ?? []).map(runningText)
  const carried = (panel.carried ?? []).map(carriedText)
  const sums = (panel.groupSums ?? []).map(groupSumText)
  return {
    json: {
      groups: groupCount,
      constant,
      varying,
      ...(time === undefined ? {} : { time }),
      ...(running.length > 0 ? { running } : {}),
      ...(carried.length > 0 ? { carried } : {}),
      ...(sums.length > 0 ? { groupSums: sums } : {}),
      heads: summary.heads,
      steps: summary.steps
    },
    topics: [
      {
        id: 'groups',
        title: 'Groups, and rows that follow each other',
        blocks: [
          facts(
            { name: 'groups learned from', value: countText(groupCount) },
            { name: 'drawn once a group', value: constant.length === 0 ? 'no column' : listed(constant) },
            { name: 'drawn row by row', value: listed(varying) },
            time === undefined
              ? {
                  name: 'order',
                  value: 'none',
                  meaning: 'A row is drawn given the constants of its group and the level of the rows before it.'
                }
              : { name: 'time', value: time, aside: stepsText(panel), meaning: 'A row is drawn given also the row before it.' },
            ...running.map((value) => ({ name: 'sum that runs on', value })),
            ...carried.map((value) => ({ name: 'carried over', value })),
            ...sums.map((value) => ({ name: 'sum of a group', value })),
            {
              name: 'rows that follow one',
              value: countText(summary.steps.rows),
              aside: `given ${counted(summary.steps.givens, 'number')}`
            },
            factors.length > 0
              ? { name: 'laws of categories', value: laws, aside: laws === 1 ? 'all that vary together' : 'one column after another' }
              : undefined,
            {
              name: 'bandwidth ε of groups',
              value: summary.heads.epsilon,
              unit: 'squared length of scaled coordinates'
            },
            {
              name: 'bandwidth ε of what is given',
              value: summary.steps.epsilon,
              unit: 'squared standard deviations',
              aside: steps.choice.heldOutRows > 0 ? `by ${countText(steps.choice.heldOutRows)} held-out rows` : 'as given'
            }
          )
        ]
      }
    ],
    warnings: [],
    notes
  }
}

function stepsText({ ticks }: PanelModel['panel']): string | undefined {
  return ticks?.kind.startsWith('months') ? `in steps of ${counted(ticks.unit, 'month')}` : undefined
}
