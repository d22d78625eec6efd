/** Words shown, at most. */
const MOST_SHOWN = 3
/** Letters of a word, a third of which may differ. */
const LETTERS_PER_SLIP = 3

/** The words that differ least from one that is none of them, nearest first: at most three, none that differ in over a third of its letters. */
export function nearSpellings(word: string, words: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(word.length / LETTERS_PER_SLIP))
  const plain = word.trim().toLowerCase()
  return words
    .map((candidate, place) => ({ candidate, place, slips: editDistance(plain, candidate.trim().toLowerCase(), most) }))
    .filter(({ slips }) => slips <= most)
    .sort((a, b) => a.slips - b.slips || a.place - b.place)
    .slice(0, MOST_SHOWN)
    .map(({ candidate }) => candidate)
}

/** Letters put in, left out or changed on the way from one word to another (Levenshtein); some number above `most` where there are more. */
function editDistance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1
  let before = Array.from({ length: to.length + 1 }, (_, j) => j)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = before[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      row.push(Math.min(changed, before[j]! + 1, row[j - 1]! + 1))
    }
    before = row
  }
  return before[to.length]!
}
