/** A kind of thing the shop sells: its name and what it costs about, in dollars. */
export type Ware = readonly [name: string, price: number];

/** What stands on the shop's shelves, by category: from a few dollars to nearly a thousand. */
export const SHELVES: Readonly<Record<string, readonly Ware[]>> = {
  Home: [
    ['Tea Light Set', 7],
    ['Bath Towel', 18],
    ['Cushion', 24],
    ['Desk Lamp', 49],
    ['Wool Blanket', 85],
    ['Side Table', 160],
    ['Bookshelf', 310],
    ['Armchair', 690],
  ],
  Kitchen: [
    ['Mug', 9],
    ['Salad Bowl', 22],
    ['Chef’s Knife', 55],
    ['Frying Pan', 75],
    ['Kettle', 95],
    ['Cookware Set', 240],
    ['Espresso Machine', 560],
  ],
  Clothing: [
    ['Pair of Socks', 8],
    ['T-Shirt', 20],
    ['Scarf', 32],
    ['Jeans', 70],
    ['Sweater', 90],
    ['Rain Jacket', 180],
    ['Winter Coat', 330],
    ['Leather Boots', 230],
  ],
  Sports: [
    ['Water Bottle', 14],
    ['Yoga Mat', 35],
    ['Backpack', 80],
    ['Running Shoes', 125],
    ['Tent', 280],
    ['Road Bike', 940],
  ],
  Electronics: [
    ['Charging Cable', 12],
    ['Power Bank', 38],
    ['Keyboard', 88],
    ['Headphones', 190],
    ['Monitor', 370],
    ['Tablet', 620],
    ['Laptop', 920],
  ],
  Beauty: [
    ['Hand Soap', 6],
    ['Lip Balm', 10],
    ['Face Cream', 28],
    ['Perfume', 78],
    ['Hair Dryer', 110],
  ],
  Books: [
    ['Notebook', 11],
    ['Novel', 16],
    ['Cookbook', 34],
    ['Atlas', 60],
  ],
};
