-- A whole number that is the same for the same text and in all likelihood (1 - 1e-7 among a million) different for others: quicker to join and group by than the text.
create or replace macro key_hash (one) as hash(one);
