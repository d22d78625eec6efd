import { listed } from '../../num/listed.js'
import { facts, type Telling, together } from '../../tell/telling.js'
import { tellForecast } from '../forecast/tell.js'
import type { StretchModel } from './model.js'
import { windowText } from './windows.js'

/** What a model of a table that is one series says of itself. */
export function tellStretch({ series, summary, windows }: StretchModel): Telling {
  const { time, drawn, followed, notes } = summary
  // Its notes are of continuations, which this is not.
  const law = tellForecast({ ...series, summary: { ...series.summary, notes: [] } })
  return together(
    {
      json: { stretch: { time, drawn, followed, ...(windows.length > 0 ? { windows: windows.map(windowText) } : {}) } },
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
              followed.length > 0 ? { name: 'follow these', value: listed([...followed]) } : undefined,
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
