import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'

/** What is known of the particles of a snapshot besides where they are. */
export interface Marks {
  /** Expected offspring of each particle in a unit of time, itself counted: 1 neither grows nor dies [n]. */
  readonly offspring?: Float64Array | undefined
  /** What has become of each; null where nothing is said [n]. */
  readonly labels?: readonly (string | null)[] | undefined
  /** Which group each is of [n]. */
  readonly groups?: readonly string[] | undefined
}

/** Marks of some particles. */
export function marksAt({ offspring, labels, groups }: Marks, rows: readonly number[]): Marks {
  return {
    ...(offspring && { offspring: Float64Array.from(rows, (row) => offspring[row]!) }),
    ...(labels && { labels: rows.map((row) => labels[row]!) }),
    ...(groups && { groups: rows.map((row) => groups[row]!) })
  }
}

/** Marks of two snapshots of the same time. */
export function joinMarks(a: Marks | undefined, b: Marks | undefined): Marks | undefined {
  if (!a || !b) return undefined
  return {
    ...(a.offspring && b.offspring && { offspring: Float64Array.of(...a.offspring, ...b.offspring) }),
    ...(a.labels && b.labels && { labels: [...a.labels, ...b.labels] }),
    ...(a.groups && b.groups && { groups: [...a.groups, ...b.groups] })
  }
}

/** Throws `InputError` (code `growth-negative`) for numbers of offspring that are none. */
export function checkOffspring(values: Float64Array, name: string): void {
  const bad = values.findIndex((value) => value < 0)
  if (bad < 0) return
  throw new InputError({
    code: 'growth-negative',
    got: `${values[bad]} in column ${name}, row ${bad + 1}, used as growth`,
    expected:
      'offspring of a particle in a unit of time, itself counted: 1 where it neither grows nor dies, 2 where it doubles, less than 1 where it dies, never below 0',
    try: 'the exponential of a column of rates'
  })
}

/** A snapshot whose particles all have no offspring cannot be followed by another one. */
export function checkTotal(offspring: Float64Array, time: string): void {
  if (offspring.some((value) => value > 0)) return
  throw new InputError({
    code: 'growth-total',
    got: `growth of 0 for every particle at time ${time}`,
    expected: 'some particle with offspring in every snapshot but the last',
    try: '--growth estimate, or a column in which some particles live on'
  })
}

/** The different labels of the last snapshot, in order of the alphabet. Throws `InputError` where fates cannot be told from them. */
export function fateNames(snapshots: readonly { readonly labels: readonly (string | null)[]; readonly time: string }[]): string[] {
  const { labels, time } = snapshots.at(-1)!
  const names = [...new Set(labels.filter((label) => label !== null))].sort()
  const unlabelled = labels.filter((label) => label === null).length
  if (unlabelled > 0) {
    throw new InputError({
      code: 'fates-unlabelled',
      got: `${unlabelled} of ${labels.length} particles without a label at the last snapshot, time ${time}`,
      expected: 'a label for every particle of the last snapshot; those of earlier ones may be empty',
      try: 'a label such as other for the rest'
    })
  }
  for (const { labels: earlier, time: at } of snapshots.slice(0, -1)) {
    const lost = earlier.find((label) => label !== null && !names.includes(label))
    if (lost === undefined) continue
    throw new InputError({
      code: 'fates-unknown',
      got: `the label "${lost}" at time ${at}, which never occurs at the last snapshot, time ${time}`,
      expected: `labels of ends only: ${listed(names)}`,
      try: 'emptying the column before the last snapshot'
    })
  }
  return names
}
