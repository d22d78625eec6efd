import { defined } from '../../num/defined.js'
import { listed } from '../../num/listed.js'
import { facts, type Telling, together } from '../../tell/telling.js'
import { counterText } from '../forecast/counters.js'
import { tellForecast } from '../forecast/tell.js'
import { cycleText } from './cycles.js'
import type { StretchModel } from './model.js'
import { inSteps } from './steps.js'
import { windowText } from './windows.js'

/** What a model of a table that is one series says of itself. */
export function tellStretch(model: StretchModel): Telling {
  const { series, summary, windows, cycles, counters } = model
  const walks = inSteps(model)
  const { time, drawn, followed, notes } = summary
  // Its notes are of continuations, which this is not.
  const law = tellForecast({ ...series, ...defined({ rules: model.kept }), summary: { ...series.summary, notes: [] } })
  return together(
    {
      json: {
        stretch: {
          time,
          drawn,
          followed,
          ...(cycles.length > 0 ? { cycles: cycles.map(cycleText) } : {}),
          ...(counters.length > 0 ? { counters: counters.map(counterText) } : {}),
          ...(windows.length > 0 ? { windows: windows.map(windowText) } : {})
        }
      },
      topics: [
        {
          id: 'stretch',
          title: 'A new stretch of the series',
          blocks: [
            facts(
              {
                name: 'time',
                value: time,
                meaning: 'Rows are drawn one after the other, each given the rows before, from where the series begins.'
              },
              { name: 'drawn given the rows before', value: listed([...drawn]) },
              walks.length > 0
                ? {
                    name: 'compared by their changes',
                    value: listed(walks),
                    meaning:
                      'Another stretch comes through other values: measures, and the pictures of these columns, are of what they change by from row to row.'
                  }
                : undefined,
              followed.length > 0 ? { name: 'follow these', value: listed([...followed]) } : undefined,
              ...cycles.map((one) => ({ name: 'as a calendar', value: cycleText(one) })),
              ...counters.map((one) => ({ name: 'steps added up', value: counterText(one) })),
              ...windows.map((one) => ({ name: 'computed of the last rows', value: windowText(one) }))
            )
          ]
        }
      ],
      warnings: [],
      notes
    },
    law
  )
}
