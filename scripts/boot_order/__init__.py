"""What scripts/boot-order is made of."""
