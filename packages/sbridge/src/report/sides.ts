/** What the rows of the two tables that are compared are called. */
export interface Sides {
  readonly real: string
  readonly synthetic: string
}

export const REAL_AND_SYNTHETIC: Sides = { real: 'real', synthetic: 'synthetic' }
