import { listed } from '../num/listed.js'

/**
 * Notes as people read them: what is said of several columns in the same words is said once, of the first of them, with the names of
 * the others; numbers and what stands in quotes are the first one's. Cost O(notes).
 */
export function notesTogether(notes: readonly string[]): string[] {
  const families = new Map<string, string[]>()
  for (const note of notes) {
    const words = wordsOf(note)
    families.set(words, [...(families.get(words) ?? []), note])
  }
  return [...families.values()].map(([first, ...others]) => (others.length === 0 ? first! : likewise(first!, others)))
}

/** A note's column, which stands in front of it. */
const NAMED = /^(.+?): (.+)$/s

/** What is said of any column in the words of a note. */
function wordsOf(note: string): string {
  const [, name, text] = NAMED.exec(note) ?? []
  if (name === undefined) return note
  const bare = text!.replaceAll(name, '\0').replace(/“[^”]*”/g, '“”')
  return `: ${bare.replace(/\d+(?:[.,]\d+)*/g, '#').replace(/#(?:, #)+(?: and #)?/g, '#')}`
}

function likewise(first: string, others: readonly string[]): string {
  const [, name, text] = NAMED.exec(first)!
  return `${name} (likewise ${listed(others.map((note) => NAMED.exec(note)![1]!))}): ${text}`
}
