/** Values for the form of a new customer. */
export type PersonSuggestion = {
  readonly first_name: string;
  readonly last_name: string;
  readonly email: string;
  readonly phone: string;
};

const FIRST_NAMES = ['Ada', 'Amara', 'Bruno', 'Chloe', 'Daniel', 'Elena', 'Farid', 'Grace', 'Hugo', 'Imani'];
const MORE_FIRST_NAMES = [
  'Jonas',
  'Keiko',
  'Leila',
  'Mateo',
  'Nadia',
  'Oscar',
  'Priya',
  'Rosa',
  'Samir',
  'Yara',
];
const LAST_NAMES = [
  'Andersen',
  'Baptiste',
  'Castillo',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Haddad',
  'Ito',
  'Kaya',
];
const MORE_LAST_NAMES = [
  'Lovelace',
  'Moreau',
  'Nakamura',
  'Okafor',
  'Petrov',
  'Rossi',
  'Silva',
  'Tan',
  'Walker',
];

const oneOf = (values: readonly string[], random: () => number): string =>
  values[Math.min(values.length - 1, Math.floor(random() * values.length))]!;

/**
 * A made-up person to start the form with. The address is at example.com and the phone number in the range
 * 555-01xx, both reserved for examples. `random` gives 0 ≤ x < 1.
 */
export const suggestPerson = (random: () => number): PersonSuggestion => {
  const first_name = oneOf([...FIRST_NAMES, ...MORE_FIRST_NAMES], random);
  const last_name = oneOf([...LAST_NAMES, ...MORE_LAST_NAMES], random);
  const number = Math.floor(random() * 100);
  return {
    first_name,
    last_name,
    email: `${first_name}.${last_name}${number}@example.com`.toLowerCase(),
    phone: `+1 555 01${String(number).padStart(2, '0')}`,
  };
};
