import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { stillness } from '../state/stillness.js'

/** Share of a part of the page that is to be seen when something begins there. */
const ENOUGH = 0.8

/** Brings a part of the page into sight whenever `turn` changes to another number or object, unless most of it is. */
export function useIntoSight(part: RefObject<HTMLElement | null>, turn: unknown): void {
  const last = useRef(turn)
  useEffect(() => {
    if (Object.is(last.current, turn)) return
    last.current = turn
    if (!turn || !part.current) return
    const { top, bottom } = part.current.getBoundingClientRect()
    const seen = Math.min(bottom, innerHeight) - Math.max(top, 0)
    if (seen < ENOUGH * Math.min(bottom - top, innerHeight))
      part.current.scrollIntoView({ behavior: stillness.value ? 'auto' : 'smooth', block: 'nearest' })
  }, [turn])
}
