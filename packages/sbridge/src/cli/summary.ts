/** Where a summary goes, in words or as JSON: standard output, unless the rows are there (`-o -`). */
export function summaryStream(output: string): NodeJS.WriteStream {
  return output === '-' ? process.stderr : process.stdout
}
