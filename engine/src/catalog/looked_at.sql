-- From now on the pixels of two pictures say whether they are the same, where vectors alone did: each pair is looked at again.
DELETE FROM near;
DELETE FROM compared;
