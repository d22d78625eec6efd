import type { Shades } from '../../work/shaded-messages.js'
import { theme } from '../theme.js'

/** Okabe and Ito's colours without yellow and black, told apart by everyone on light and dark. */
const LEVELS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#8c6bb1', '#7f7f7f']
/** Viridis at five places: even steps of lightness for every kind of sight. */
const RAMP = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37]
] as const
const STEPS = 32

/** The colour of a value between 0 and 1, or of a level. On light ground the ramp ends before its palest yellow, on dark before its darkest. */
export function shadeColour(value: number, level: boolean): string {
  if (!Number.isFinite(value)) return 'rgba(128,128,128,0.5)'
  if (level) return LEVELS[value % LEVELS.length]!
  const place = (theme.value === 'dark' ? 0.18 + 0.82 * value : 0.88 * value) * (RAMP.length - 1)
  const from = Math.min(RAMP.length - 2, Math.floor(place))
  const mixed = RAMP[from]!.map((part, c) => Math.round(part + (place - from) * (RAMP[from + 1]![c]! - part)))
  return `rgb(${mixed.join(',')})`
}

/** Dots by colour. */
export function shadeGroups({ values, levels }: Shades): [string, number[]][] {
  const groups = new Map<string, number[]>()
  values.forEach((value, k) => {
    const shade = shadeColour(levels ? value : Math.round(value * STEPS) / STEPS, levels !== null)
    const members = groups.get(shade)
    if (members) members.push(k)
    else groups.set(shade, [k])
  })
  return [...groups]
}
