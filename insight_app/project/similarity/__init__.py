"""What the project proposes to a person who curates: look-alikes, splits, evidence of relations."""
