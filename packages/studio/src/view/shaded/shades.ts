import type { Shades } from '../../work/shaded-messages.js'
import { theme } from '../theme.js'

/**
 * Hues of Okabe and Ito's colours without yellow and black, told apart by everyone; on either ground darkened or lightened until a
 * dot of each has a contrast of three to one to it, below which dots are overlooked.
 */
const LEVELS = {
  light: ['#0072b2', '#d55e00', '#009e73', '#b8608f', '#2f8fd0', '#b87f00', '#8c6bb1', '#7f7f7f'],
  dark: ['#3d94d8', '#f0884a', '#17b890', '#dd92bc', '#8ccdf2', '#e6b030', '#a58cd9', '#a0a0a0']
}
/** Viridis at five places: even steps of lightness for every kind of sight. */
const RAMP = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37]
] as const
const STEPS = 32

/** How opaque dots are, so that one alone is seen and several in one place are more. */
export const DOT_OPACITY = 0.9

/** The colour of a value between 0 and 1, or of a level. On light ground the ramp keeps to its dark part, on dark to its light one, for the same contrast. */
export function shadeColour(value: number, level: boolean): string {
  if (!Number.isFinite(value)) return 'rgba(128,128,128,0.5)'
  const dark = theme.value === 'dark'
  const levels = LEVELS[dark ? 'dark' : 'light']
  if (level) return levels[value % levels.length]!
  const place = (dark ? 0.4 + 0.6 * value : 0.55 * value) * (RAMP.length - 1)
  const from = Math.min(RAMP.length - 2, Math.floor(place))
  const mixed = RAMP[from]!.map((part, c) => Math.round(part + (place - from) * (RAMP[from + 1]![c]! - part)))
  return `rgb(${mixed.join(',')})`
}

/** Dots by colour, those of the last levels above. */
export function shadeGroups({ values, levels }: Shades): [string, number[]][] {
  const groups = new Map<string, number[]>()
  values.forEach((value, k) => {
    const shade = shadeColour(levels ? value : Math.round(value * STEPS) / STEPS, levels !== null)
    const members = groups.get(shade)
    if (members) members.push(k)
    else groups.set(shade, [k])
  })
  const level = ([, [first]]: [string, number[]]) => (Number.isNaN(values[first!]!) ? -1 : values[first!]!)
  return levels ? [...groups].sort((one, other) => level(one) - level(other)) : [...groups]
}
