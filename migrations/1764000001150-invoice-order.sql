-- Invoices in the order of their numbers: a number grows beyond six digits, and as text 1000000 comes before 999999.
-- Within a kind and a year the longer number is the later one. A whole run is issued at one instant, so that the index has
-- to know this order, too.
drop index invoice_member;
drop index invoice_issuer;
create index invoice_member on invoice (member_id, issued_at, length(number), number);
create index invoice_issuer on invoice (issuer_id, issued_at, length(number), number);
