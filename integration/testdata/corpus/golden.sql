# The statements whose counters are known by heart, in the order in which they build on each other.
create table u(id integer primary key, name text, age int, score real, data blob)
insert into u(name,age) values ('a',1),('b',2),('c',3)
insert into u(name,age) values (?,?) returning * <- ["d", 4]
select * from u
select * from u where id=? <- [1]
select * from u where id=999
select * from u where age=2
select count(*) from u
select max(age) from u
select max(id) from u
select * from u order by age desc
select * from u order by id desc limit 2
select distinct age from u
select age,count(*) from u group by age
select * from u limit 2 offset 1
create index i_age on u(age)
select * from u where age=2
select * from u where age>1
select * from u where age in (1,2,9)
select * from u order by age
insert into u(name,age) values ('e',5)
update u set age=age+10 where age>3
update u set name='z'
update u set id=id+100 where id=1
delete from u where id=2
insert or replace into u(id,name,age) values (3,'rep',33)
create table w(k text primary key, v) without rowid
insert into w values ('a',1),('b',2),('c',3)
update w set v=v+1
delete from w where k='a'
delete from w
create table p(id integer primary key, n text)
create table c(id integer primary key, pid int references p(id) on delete cascade)
insert into p values (1,'x'),(2,'y')
insert into c values (1,1),(2,1),(3,2)
delete from p where id=1
with recursive r(n) as (select 1 union all select n+1 from r where n<50) select count(*),sum(n) from r
select value from json_each('[1,2,3]')
create virtual table f using fts5(body)
insert into f values ('hello world'),('foo bar hello')
select * from f where f match 'hello'
create table ai(id integer primary key autoincrement, x)
insert into ai(x) values (1),(2)
