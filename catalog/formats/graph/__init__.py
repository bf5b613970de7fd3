"""The graph of a record, part by part: what it is made of (resources), and what each part says."""
