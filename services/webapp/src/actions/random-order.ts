import type { Cents } from '@marketing-streams/domain/money';
import type { OrderItem } from '@marketing-streams/domain/order';

type Article = {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly unit_price: Cents;
  /** Most pieces somebody would put into one order. */
  readonly most: number;
};

/** What the shop sells. */
const ARTICLES: readonly Article[] = [
  { sku: 'HOM-1041', name: 'Linen throw blanket', category: 'Home', unit_price: 6_900, most: 2 },
  { sku: 'HOM-1077', name: 'Stoneware dinner set', category: 'Home', unit_price: 12_450, most: 1 },
  { sku: 'HOM-1103', name: 'Scented soy candle', category: 'Home', unit_price: 2_400, most: 4 },
  { sku: 'KIT-2012', name: 'Chef’s knife, 20 cm', category: 'Kitchen', unit_price: 8_995, most: 1 },
  { sku: 'KIT-2040', name: 'Pour-over coffee maker', category: 'Kitchen', unit_price: 4_200, most: 2 },
  { sku: 'KIT-2055', name: 'Single-origin espresso, 1 kg', category: 'Kitchen', unit_price: 2_890, most: 3 },
  { sku: 'OUT-3008', name: 'Trail running shoes', category: 'Outdoor', unit_price: 13_900, most: 1 },
  { sku: 'OUT-3021', name: 'Insulated bottle, 750 ml', category: 'Outdoor', unit_price: 3_450, most: 3 },
  { sku: 'OUT-3066', name: 'Two-person tent', category: 'Outdoor', unit_price: 28_900, most: 1 },
  { sku: 'APP-4015', name: 'Merino crew sweater', category: 'Apparel', unit_price: 9_800, most: 2 },
  { sku: 'APP-4032', name: 'Organic cotton tee', category: 'Apparel', unit_price: 2_950, most: 5 },
  { sku: 'APP-4090', name: 'Waxed field jacket', category: 'Apparel', unit_price: 24_500, most: 1 },
  {
    sku: 'ELE-5003',
    name: 'Noise-cancelling headphones',
    category: 'Electronics',
    unit_price: 29_900,
    most: 1,
  },
  { sku: 'ELE-5019', name: 'Compact Bluetooth speaker', category: 'Electronics', unit_price: 7_999, most: 2 },
  { sku: 'ELE-5044', name: 'USB-C charging stand', category: 'Electronics', unit_price: 4_590, most: 2 },
  { sku: 'ELE-5102', name: 'Fourteen-inch laptop', category: 'Electronics', unit_price: 149_900, most: 1 },
  { sku: 'BTY-6007', name: 'Vitamin C serum', category: 'Beauty', unit_price: 3_800, most: 2 },
  { sku: 'BTY-6031', name: 'Mineral sunscreen SPF 50', category: 'Beauty', unit_price: 1_950, most: 4 },
];

/** Most orders are small: how often an order has one, two, three or four different articles, of a hundred. */
const LINES_WEIGHTS = [46, 30, 16, 8];

const pick = (random: () => number, count: number): number =>
  Math.min(count - 1, Math.floor(random() * count));

const lineCount = (random: () => number): number => {
  let left = random() * 100;
  for (const [index, weight] of LINES_WEIGHTS.entries()) {
    left -= weight;
    if (left < 0) return index + 1;
  }
  return LINES_WEIGHTS.length;
};

/** The items of a believable order: one to four different articles. `random` gives 0 ≤ x < 1. */
export const randomItems = (random: () => number): readonly OrderItem[] => {
  const left = [...ARTICLES];
  return Array.from({ length: lineCount(random) }, () => {
    const [article] = left.splice(pick(random, left.length), 1);
    const { sku, name, category, unit_price, most } = article!;
    return { sku, name, category, quantity: 1 + pick(random, most), unit_price };
  });
};

/** What the items cost together. */
export const totalOf = (items: readonly OrderItem[]): Cents =>
  items.reduce((total, { quantity, unit_price }) => total + quantity * unit_price, 0);
