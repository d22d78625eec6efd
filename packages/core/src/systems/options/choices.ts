import type { GivenChoice } from '../../choose/window-bandwidth.js'
import { counted } from '../../num/listed.js'
import { numberText, plainText } from '../../tell/numbers.js'
import type { Fact, Figure } from '../../tell/telling.js'

/** Bandwidths of columns drawn given others, a fact for each number of these. `noun`: what the others are. */
export function choiceFacts(choices: readonly GivenChoice[], noun: string): Fact[] {
  return choices.map(({ givenCount, given, targetFactor, score }) => ({
    name: `bandwidth ε given ${counted(givenCount, noun)}`,
    value: given,
    unit: 'squared standard deviations',
    aside: `${targetFactor === 'free' ? 'no kernel on the drawn column' : `${plainText(targetFactor)} of the remaining variance on the drawn column`}; held-out CRPS ${numberText(score)}`
  }))
}

/** Held-out score against the bandwidth of what is given. */
export function choiceFigures(choices: readonly GivenChoice[]): Figure[] {
  if (choices.length === 0) return []
  return [
    {
      kind: 'figure',
      caption:
        'Columns drawn from others: held-out CRPS over that of one global linear law, against the bandwidth ε of the given columns. The dashed line is the choice.',
      drawings: choices.map(({ givenCount, given, curve }) => {
        const free = curve.filter((point) => point.targetFactor === 'free').sort((a, b) => a.given - b.given)
        const points = free.map((point) => ({ x: point.given, y: point.score }))
        return {
          label: `held-out score against bandwidth, chosen ${numberText(given)}`,
          name: `given ${counted(givenCount, 'column')}`,
          size: [400, 220],
          x: { label: 'ε of the given columns', log: true, ticks: 4 },
          y: { label: 'held-out score' },
          marks: [
            { kind: 'rule', side: 'synthetic', along: 'y', at: given, dashed: true },
            { kind: 'line', side: 'real', points },
            { kind: 'dots', side: 'real', points }
          ]
        }
      })
    }
  ]
}
