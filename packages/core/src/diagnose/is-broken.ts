import type { RuleKept } from './evaluation.js'

/** Whether more rows break a rule than chance allows. */
export const isBroken = ({ broken, most }: RuleKept): boolean => broken > most
