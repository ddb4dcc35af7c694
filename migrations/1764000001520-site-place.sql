-- Where a site is, for whoever has to come to it: a provider installs its contracted lines there.
create view site_place as
select member_id, reference, name, address, latitude, longitude from site;
