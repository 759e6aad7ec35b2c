"""From rows to figures: sales by product and category, and the marketing dataset.

This is the oracle's gold layer. Every figure is computed from orders; none from another figure's table.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from entities import Row, Value, missing_references, round_half_up
from states import TIMEZONES

NOT_COUNTED = {"cancelled", "returned"}


@dataclass(frozen=True)
class Sale:
    """An order that counts, with its customer, its product, and what it is worth at the product's current price."""

    order: Row
    customer: Row
    product: Row

    @property
    def amount(self) -> Decimal:
        return self.order["quantity"] * self.product["price"]


def sales(orders: Iterable[Row], customers: dict[Value, Row], products: dict[Value, Row]) -> list[Sale]:
    """The orders that count: neither cancelled nor returned, and with a known customer and product."""
    return [
        Sale(order, customers[order["customer_id"]], products[order["product_id"]])
        for order in orders
        if order["order_status"] not in NOT_COUNTED and not missing_references(order, customers, products)
    ]


# --- sales -------------------------------------------------------------------------------------------------------

# The first date of the period that a day belongs to; weeks begin on Monday.
PERIODS: dict[str, Callable[[date], date]] = {
    "daily": lambda day: day,
    "weekly": lambda day: day - timedelta(days=day.weekday()),
    "monthly": lambda day: day.replace(day=1),
    "annual": lambda day: day.replace(month=1, day=1),
}

DIMENSIONS = {
    "sales_by_product": ("product_id", "product_name", "category"),
    "sales_by_category": ("category",),
    "sales_total": (),
}


def sales_table(table: str, period: str, sold: list[Sale]) -> list[tuple]:
    """Revenue, order count and average order value by period and dimensions."""
    groups: dict[tuple, list[Sale]] = defaultdict(list)
    for sale in sold:
        start = PERIODS[period](sale.order["order_date"])
        groups[start, *(sale.product[column] for column in DIMENSIONS[table])].append(sale)
    return [(*group, *measures(members)) for group, members in groups.items()]


def measures(sold: list[Sale]) -> tuple[Decimal, int, Decimal]:
    revenue, count = total(sold), order_count(sold)
    return revenue, count, round_half_up(Fraction(revenue) / count, 2)


def total(sold: list[Sale]) -> Decimal:
    return sum((sale.amount for sale in sold), Decimal("0.00"))


def order_count(sold: list[Sale]) -> int:
    return len({sale.order["order_id"] for sale in sold})


# --- marketing ---------------------------------------------------------------------------------------------------


def reachable(customers: Iterable[Row]) -> list[Row]:
    """Customers who can be contacted at all."""
    return [customer for customer in customers if customer["email"] is not None or customer["phone"] is not None]


def by_customer(sold: list[Sale]) -> dict[Value, list[Sale]]:
    groups: dict[Value, list[Sale]] = defaultdict(list)
    for sale in sold:
        groups[sale.customer["customer_id"]].append(sale)
    return groups


def marketing_customers(customers: Iterable[Row], sold: list[Sale]) -> list[tuple]:
    """One row a customer who can be reached, with what they bought; nothing bought is a row too."""
    bought = by_customer(sold)
    return [marketing_customer(customer, bought.get(customer["customer_id"], [])) for customer in reachable(customers)]


def marketing_customer(customer: Row, sold: list[Sale]) -> tuple:
    days = [sale.order["order_date"] for sale in sold]
    return (
        *(customer[column] for column in ("customer_id", "name", "email", "phone", "state")),
        TIMEZONES.get(customer["state"], "UNKNOWN"),
        order_count(sold),
        total(sold),
        min(days, default=None),
        max(days, default=None),
        sorted({sale.product["category"] for sale in sold}),
    )


def marketing_customer_categories(customers: Iterable[Row], sold: list[Sale]) -> list[tuple]:
    """One row for each category that a customer who can be reached bought from."""
    bought = by_customer(sold)
    rows = []
    for customer in reachable(customers):
        categories: dict[Value, list[Sale]] = defaultdict(list)
        for sale in bought.get(customer["customer_id"], []):
            categories[sale.product["category"]].append(sale)
        for category, members in categories.items():
            last_purchase = max(sale.order["order_date"] for sale in members)
            rows.append((customer["customer_id"], category, order_count(members), total(members), last_purchase))
    return rows
