SELECT id FROM draws WHERE id = '${tournament}'
