import { shareText } from '@sbridge/core/internal'
import type { Sides } from './blocks.js'

/** Size and axes that all panels of a column share: shares on a short axis of percentages. */
export function frame(x: object): object {
  return {
    width: 290,
    height: 150,
    marginLeft: 30,
    marginRight: 8,
    marginTop: 6,
    marginBottom: 22,
    x: { label: null, ...x },
    y: { label: null, ticks: 3, percent: true, nice: true, tickSize: 0, grid: true }
  }
}

/** Shares of both sides, in words. */
export function sharesText(real: number, synthetic: number, sides: Sides): string {
  return `${shareText(real)} ${sides.real}, ${shareText(synthetic)} ${sides.synthetic}`
}

export const bothText = (sides: Sides): string => `${sides.real} and ${sides.synthetic}`
