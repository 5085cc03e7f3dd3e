"""The checker where editors meet it: beside the form, on a page of each record, and over the whole site."""
