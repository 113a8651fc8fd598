/* What reviewers said of components: [component, who, day, decision, state, words, open]. */
const notesOf = (data) => {
  const notes = new Map();
  for (const [n, ...said] of data.notes) notes.set(n, [...(notes.get(n) || []), said]);
  const of = (n) => notes.get(n) || [];
  const isOpen = (n) => of(n).some((said) => said[5]);
  const authors = [...new Set(data.notes.map((said) => said[1]))].sort();
  const wanted = (n, which) => which === "all" || (which === "open" ? isOpen(n) :
    of(n).some((said) => which === "noted" || which === `by ${said[0]}`));
  return { of, isOpen, authors, wanted, noted: [...notes.keys()] };
};
